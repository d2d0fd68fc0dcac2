// The core's model speaks in terms of the API, so whoever imports the core has them, too.
@_exported import MemoryAPI
