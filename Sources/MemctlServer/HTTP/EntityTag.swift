import ServerStore

/// Names a version of what a URL answers. Always weak: the same version is sent with and without
/// compression, and a sync answer differs in its `server_time`, which no client needs from a 304.
struct EntityTag: Equatable {
  let text: String

  init(_ revision: Revision) { text = "W/\"\(revision.text)\"" }
}
