#ifndef MEMCTL_CZLIB_SHIM_H
#define MEMCTL_CZLIB_SHIM_H

#include <zlib.h>

// deflateInit2 is a macro, which Swift does not import. 16 on top of the window bits asks for a
// gzip header; level 1 is the fastest.
static inline int memctl_gzip_init(z_stream *stream) {
  return deflateInit2(stream, 1, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY);
}

// The same macro for decompression; it accepts gzip alone.
static inline int memctl_gunzip_init(z_stream *stream) {
  return inflateInit2(stream, MAX_WBITS + 16);
}

#endif
