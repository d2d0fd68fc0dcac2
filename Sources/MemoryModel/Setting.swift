/// What can be set for a cache and its server; `rawValue` is the name in the configuration file.
public enum Setting: String, CaseIterable, Sendable {
  case db
  case apiURL = "api-url"
  case apiKeyFile = "api-key-file"
  case apiKey = "api-key"
  case apiKeyCommand = "api-key-command"
  case syncInterval = "sync-interval"
  case syncDisabled = "sync-disabled"
  case timeout
  case lockTimeout = "lock-timeout"
  case lockFile = "lock-file"
  case keepPermissions = "keep-permissions"
  case allowHTTP = "allow-http"
  case caFile = "ca-file"
  case clientCertificate = "client-cert"
  case clientKey = "client-key"
  case temporaryFolder = "temporary-folder"
}
