import System

// The public declarations use the types of these modules, so an import of the core brings them
// along.
@_exported import MemoryAPI
@_exported import MemoryExchange
@_exported import MemoryModel

/// A request to stop; see `Cancellation.cancel`.
public typealias Cancellation = System.Cancellation
