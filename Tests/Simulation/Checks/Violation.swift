/// A promise that did not hold.
public struct Violation: Error, Sendable {
  public enum Kind: String, Sendable {
    /// A memory that the user stored and did not delete is missing.
    case lost
    /// A memory stands somewhere more often than the user stored it.
    case duplicate
    /// What was deleted is there again.
    case cameBack
    /// A memory is taken for another.
    case mistaken
    /// A memory is not what it should be.
    case wrongFields
    /// A memory and its queue entry were not written together.
    case halfWritten
    /// An entry is still waiting when nothing stands in its way.
    case queueNotEmpty
    /// A dead letter that the server did not reject, or a rejected one that is gone.
    case deadLetter
    /// An attempt was counted that the server did not fail at.
    case counterMoved
    case sentAfterRefusal
    /// The attempts of one store had different keys, or none.
    case keyChanged
    /// The file or its index is damaged, or could not be used.
    case file
  }

  public let kind: Kind
  public let message: String
}
