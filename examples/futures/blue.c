#include "blue_calls.h"
#include "keeper.h"

int main(void)
{
	return keep(blue_interface);
}
