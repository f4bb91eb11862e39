/*
 * pic: the two interrupt controllers that every PC has (8259), through which devices reach the
 * first CPU. All lines are off until they are enabled.
 */
#ifndef DEVICES_PIC_H
#define DEVICES_PIC_H

#include <stdint.h>

void pic_init(void);
void pic_enable(unsigned line);

#endif
