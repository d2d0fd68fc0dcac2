// swift-tools-version: 6.2

import PackageDescription

let package = Package(
  name: "memctl",
  products: [
    .library(name: "MemctlCore", targets: ["MemctlCore"]),
    .executable(name: "memctl", targets: ["memctl"]),
    .executable(name: "memctl-serve", targets: ["memctl-serve"]),
  ],
  targets: [
    // C libraries: a module map and a shim, nothing else.
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CArguments"),
    .target(name: "CCurl"),
    .target(name: "CTerminal"),
    .target(name: "CReadline", linkerSettings: [.linkedLibrary("readline")]),
    .target(name: "CMicrohttpd", linkerSettings: [.linkedLibrary("microhttpd")]),

    // Knows nothing of memories.
    .target(name: "System"),
    .target(name: "Spelling"),
    .target(name: "HTTPTransport", dependencies: ["System", "CCurl"]),
    .target(name: "SQLite", dependencies: ["CSQLite"]),
    .target(name: "JSON"),
    .target(name: "CommandLine", dependencies: ["CArguments", "Spelling"]),

    // What the API fixes for both of its sides.
    .target(name: "MemoryAPI"),

    // The client: its values, its file, its sync, and the face of these.
    .target(name: "MemoryModel", dependencies: ["MemoryAPI", "JSON"]),
    .target(
      name: "MemoryExchange", dependencies: ["MemoryModel", "MemoryAPI", "JSON", "System", "CZlib"]),
    .target(
      name: "MemoryStore", dependencies: ["MemoryModel", "MemoryAPI", "SQLite", "JSON", "System"]),
    .target(
      name: "MemorySync",
      dependencies: [
        "MemoryStore", "HTTPTransport", "MemoryModel", "MemoryAPI", "JSON", "System",
      ]),

    .target(
      name: "MemctlCore",
      dependencies: [
        "MemorySync", "MemoryStore", "MemoryExchange", "HTTPTransport", "MemoryModel", "MemoryAPI",
        "JSON", "System", "Spelling",
      ]),

    // The programs.
    .target(
      name: "MemctlCLI",
      dependencies: [
        "MemctlCore", "CommandLine", "System", "JSON", "Spelling", "CTerminal", "CReadline",
      ]),
    .target(name: "ServerStore", dependencies: ["MemoryAPI", "SQLite", "System"]),
    .target(
      name: "MemctlServer",
      dependencies: [
        "ServerStore", "MemoryAPI", "JSON", "CommandLine", "System", "CMicrohttpd", "CZlib",
      ]),
    .executableTarget(name: "memctl", dependencies: ["MemctlCLI", "CommandLine"]),
    .executableTarget(name: "memctl-serve", dependencies: ["MemctlServer", "CommandLine"]),
    .executableTarget(
      name: "memctl-example", dependencies: ["MemctlCore"], path: "Examples/memctl-example"),

    .target(name: "TestSupport", dependencies: ["JSON", "CTerminal"], path: "Tests/TestSupport"),
    .target(
      name: "ClientSupport",
      dependencies: [
        "MemctlCore", "MemorySync", "MemoryStore", "HTTPTransport", "MemoryModel", "MemoryAPI",
        "System", "SQLite", "TestSupport",
      ],
      path: "Tests/ClientSupport"),
    .target(
      name: "Fuzzing",
      dependencies: [
        "MemctlCLI", "MemctlCore", "MemorySync", "MemoryExchange", "HTTPTransport", "MemoryModel",
        "MemoryAPI", "CommandLine", "JSON",
      ],
      path: "Tests/Fuzzing"),
    .testTarget(name: "FuzzingTests", dependencies: ["Fuzzing", "TestSupport"]),
    .target(
      name: "Simulation",
      dependencies: [
        "MemctlCore", "MemorySync", "MemoryStore", "HTTPTransport", "MemoryModel", "MemoryAPI",
        "System", "SQLite", "CSQLite", "JSON",
      ],
      path: "Tests/Simulation"),
    .executableTarget(
      name: "memctl-simulate", dependencies: ["Simulation"], path: "Tests/memctl-simulate"),
    .testTarget(name: "SystemTests", dependencies: ["System", "TestSupport"]),
    .testTarget(
      name: "HTTPTransportTests", dependencies: ["HTTPTransport", "System", "TestSupport"]),
    .testTarget(name: "SQLiteTests", dependencies: ["SQLite", "TestSupport"]),
    .testTarget(name: "JSONTests", dependencies: ["JSON", "TestSupport"]),
    .testTarget(
      name: "SimulationTests",
      dependencies: [
        "Simulation", "MemctlCore", "MemorySync", "HTTPTransport", "MemoryModel", "SQLite",
      ]),
    .testTarget(name: "MemoryAPITests", dependencies: ["MemoryAPI"]),
    .testTarget(name: "CommandLineTests", dependencies: ["CommandLine", "Spelling"]),
    .testTarget(
      name: "MemoryModelTests",
      dependencies: ["MemoryModel", "MemoryAPI", "ClientSupport", "MemctlCore"]),
    .testTarget(
      name: "MemoryExchangeTests",
      dependencies: ["MemoryExchange", "MemoryModel", "MemoryAPI", "System", "TestSupport"]),
    .testTarget(
      name: "MemoryStoreTests",
      dependencies: [
        "MemoryStore", "MemorySync", "MemctlCore", "MemoryModel", "MemoryAPI", "System", "SQLite",
        "ClientSupport", "TestSupport",
      ]),
    .testTarget(
      name: "MemorySyncTests",
      dependencies: [
        "MemorySync", "MemctlCore", "MemoryStore", "HTTPTransport", "MemoryModel", "MemoryAPI",
        "System", "SQLite", "JSON", "ClientSupport", "TestSupport", "memctl-serve",
      ]),
    .testTarget(
      name: "MemctlCoreTests",
      dependencies: [
        "MemctlCore", "MemorySync", "MemoryStore", "MemoryExchange", "HTTPTransport", "MemoryModel",
        "MemoryAPI", "System", "ClientSupport", "TestSupport", "memctl-example", "memctl-serve",
      ]),
    .testTarget(name: "ServerStoreTests", dependencies: ["ServerStore", "MemoryAPI", "SQLite"]),
    .testTarget(
      name: "MemctlServerTests",
      dependencies: [
        "MemctlServer", "ServerStore", "MemoryAPI", "System", "SQLite", "JSON", "TestSupport",
        "memctl-serve",
      ]),
    .testTarget(
      name: "MemctlCLITests",
      dependencies: [
        "MemctlCLI", "MemctlCore", "CommandLine", "SQLite", "JSON", "TestSupport", "memctl",
        "memctl-serve",
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// What a module has is seen where that module is imported, and not where something else imports it: a
// program uses the face of the core, and nothing behind it.
for target in package.targets {
  let isOfTests = target.type == .test || target.path?.hasPrefix("Tests/") == true
  if isOfTests || target.type == .system { continue }
  target.swiftSettings = [.enableUpcomingFeature("MemberImportVisibility")]
}

// libFuzzer brings a main function of its own, so the program that it drives is part of no other
// build.
if Context.environment["MEMCTL_FUZZ"] != nil {
  package.targets.append(
    .executableTarget(
      name: "memctl-fuzz", dependencies: ["Fuzzing"], path: "Tests/memctl-fuzz",
      swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
