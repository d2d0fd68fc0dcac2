import System

// The face speaks in the values of the model and of the API, so whoever imports the core has them.
@_exported import MemoryAPI
@_exported import MemoryModel

/// A wish to stop; see `Cancellation.cancel`.
public typealias Cancellation = System.Cancellation
