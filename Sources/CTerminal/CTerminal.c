#define _XOPEN_SOURCE 700
#include "CTerminal.h"

#include <wchar.h>

int memctl_wcwidth(uint32_t scalar) { return wcwidth((wchar_t)scalar); }
