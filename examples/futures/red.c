#include "red_calls.h"
#include "keeper.h"

int main(void)
{
	return keep(red_interface);
}
