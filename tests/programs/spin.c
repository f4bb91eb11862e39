/* Never waits and never ends. */
void _start(void);
void _start(void)
{
	for (volatile unsigned turn = 0;; turn++)
		continue;
}
