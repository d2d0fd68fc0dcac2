#define _XOPEN_SOURCE 700
#include "CTerminal.h"

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
