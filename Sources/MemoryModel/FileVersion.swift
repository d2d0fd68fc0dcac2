/// The version of a file as one connection counts it: it changes whenever anybody writes the file.
/// See <https://sqlite.org/pragma.html#pragma_data_version>.
public struct FileVersion: Hashable, Sendable {
  package let others: Int64
  private let own: Int64

  package init(others: Int64, own: Int64) {
    self.others = others
    self.own = own
  }
}
