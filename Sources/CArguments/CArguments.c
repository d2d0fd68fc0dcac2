#include "CArguments.h"

static char *const *arguments;

// glibc hands the words to whatever it calls before main.
__attribute__((constructor)) static void keep(int count, char **words) { arguments = words; }

char *const *memctl_arguments(void) { return arguments; }
