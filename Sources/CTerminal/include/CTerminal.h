#ifndef MEMCTL_CTERMINAL_H
#define MEMCTL_CTERMINAL_H

#include <stdint.h>

// Columns that a scalar takes on a terminal, -1 for one that is not printed. glibc declares wcwidth
// only where X/Open's features are asked for, which Swift's import of it does not.
int memctl_wcwidth(uint32_t scalar);

#endif
