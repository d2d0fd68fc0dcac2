#ifndef MEMCTL_CARGUMENTS_H
#define MEMCTL_CARGUMENTS_H

// The words that the program was started with, the first being its name; NULL ends them. Swift looks for
// them beside the environment, and finds none once a library has moved that.
char *const *memctl_arguments(void);

#endif
