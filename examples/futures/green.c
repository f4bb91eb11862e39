#include "green_calls.h"
#include "keeper.h"

int main(void)
{
	return keep(green_interface);
}
