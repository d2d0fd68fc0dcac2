#define _XOPEN_SOURCE 700
#include "CTerminal.h"

#include <stdalign.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <unistd.h>
#include <wchar.h>

int memctl_wcwidth(uint32_t scalar) { return wcwidth((wchar_t)scalar); }

int memctl_signal_descriptor(const sigset_t *signals) {
  return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

int memctl_next_signal(int descriptor) {
  struct signalfd_siginfo information;
  if (read(descriptor, &information, sizeof information) != sizeof information) return 0;
  return (int)information.ssi_signo;
}

int memctl_watch_folder(const char *path) {
  int descriptor = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
  if (descriptor < 0) return -1;
  if (inotify_add_watch(descriptor, path, IN_MODIFY | IN_MOVED_TO | IN_ONLYDIR) < 0) {
    close(descriptor);
    return -1;
  }
  return descriptor;
}

int memctl_take_changes(int descriptor, const char *first, const char *second) {
  alignas(struct inotify_event) char buffer[4096];
  int found = 0;
  ssize_t count;
  while ((count = read(descriptor, buffer, sizeof buffer)) > 0) {
    for (char *place = buffer; place < buffer + count;) {
      const struct inotify_event *event = (const struct inotify_event *)place;
      // Some were lost, so any of them may have been the one.
      if (event->mask & IN_Q_OVERFLOW) found = 1;
      if (event->len && (!strcmp(event->name, first) || !strcmp(event->name, second))) found = 1;
      place += sizeof *event + event->len;
    }
  }
  return found;
}
