#ifndef MEMCTL_CTERMINAL_H
#define MEMCTL_CTERMINAL_H

#include <signal.h>
#include <stdint.h>

// Columns that a scalar takes on a terminal, -1 for one that is not printed. glibc declares wcwidth
// only where X/Open's features are asked for, which Swift's import of it does not.
int memctl_wcwidth(uint32_t scalar);

// A descriptor that blocked signals are read from, -1 where there is none left. Swift's import of
// glibc leaves <sys/signalfd.h> out.
int memctl_signal_descriptor(const sigset_t *signals);
// The next signal that has come, 0 for none.
int memctl_next_signal(int descriptor);

// A descriptor that is readable once a file in the folder has been written or moved into it, -1
// where the system has none left. Swift's import of glibc leaves <sys/inotify.h> out.
int memctl_watch_folder(const char *path);
// Takes all changes that were noticed; whether one of them is of a file with one of these names.
int memctl_take_changes(int descriptor, const char *first, const char *second);

#endif
