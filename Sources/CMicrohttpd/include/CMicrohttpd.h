#pragma once

#include <microhttpd.h>

// What the daemon calls; `context` is the first argument of each.
struct memctl_mhd_callbacks {
  void *context;
  // The request line was read: its raw target. The result is the request's own pointer from then on.
  void *(*began)(void *context, const char *target, struct MHD_Connection *connection);
  // A connection was opened, or is about to be closed.
  MHD_NotifyConnectionCallback connection;
  MHD_AccessHandlerCallback handle;
  MHD_RequestCompletedCallback completed;
};

struct memctl_mhd_limits {
  unsigned int threads;
  unsigned int connections;
  // Seconds without a byte in either direction after which a connection is closed.
  unsigned int idle_timeout;
  // Bytes of a connection's buffer: the longest header, and the chunk of a streamed answer.
  size_t buffer;
};

// MHD_start_daemon is variadic, which Swift cannot call. Null when the daemon cannot start.
struct MHD_Daemon *memctl_mhd_start(int listening_socket, struct memctl_mhd_limits limits,
                                    struct memctl_mhd_callbacks callbacks);

// The function behind it is variadic, too.
static inline int memctl_mhd_socket(struct MHD_Connection *connection) {
  return MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
}

// Macros with casts, which Swift does not import.
static const uint64_t memctl_mhd_size_unknown = MHD_SIZE_UNKNOWN;
static const ssize_t memctl_mhd_end_of_stream = MHD_CONTENT_READER_END_OF_STREAM;
static const ssize_t memctl_mhd_end_with_error = MHD_CONTENT_READER_END_WITH_ERROR;
