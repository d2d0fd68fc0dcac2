#include "CMicrohttpd.h"

struct MHD_Daemon *memctl_mhd_start(int listening_socket, struct memctl_mhd_limits limits,
                                    struct memctl_mhd_callbacks callbacks) {
  return MHD_start_daemon(
      MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL,
      callbacks.handle, callbacks.context,
      MHD_OPTION_LISTEN_SOCKET, listening_socket,
      MHD_OPTION_THREAD_POOL_SIZE, limits.threads,
      MHD_OPTION_CONNECTION_LIMIT, limits.connections,
      MHD_OPTION_CONNECTION_TIMEOUT, limits.idle_timeout,
      MHD_OPTION_CONNECTION_MEMORY_LIMIT, limits.buffer,
      MHD_OPTION_URI_LOG_CALLBACK, callbacks.began, callbacks.context,
      MHD_OPTION_NOTIFY_CONNECTION, callbacks.connection, callbacks.context,
      MHD_OPTION_NOTIFY_COMPLETED, callbacks.completed, callbacks.context,
      MHD_OPTION_END);
}
