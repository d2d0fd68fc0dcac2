import JSON

/// Records of a sync answer that no client can understand.
enum Defects {
  private static let rest =
    #""tags":"","created_at":"2020-01-01T00:00:00+00:00","updated_at":"2020-01-01T00:00:00+00:00"}"#

  /// Each of them says which memory it is, where that can be said at all.
  static let records = [
    #"{"id":900001,"content":null,"# + rest,
    #"{"id":900002,"# + rest,
    #"{"id":900003,"content":5,"# + rest,
    #"{"id":900004,"content":"x","importance":"much","# + rest,
    #"{"id":900005,"content":"x","created_at":"soon","updated_at":null}"#,
    #"{"id":9223372036854775808,"content":"x","# + rest,
    "17",
  ]

  /// The records with one in a shape that nobody can understand.
  static func replaceOne(of records: [String], _ chance: Chance) -> [String] {
    if records.isEmpty { return records }
    var records = records
    let place = chance.below(records.count)
    let spoilt = records[place].replacing(#""content":""#, with: #""content":5,"was":""#)
    records[place] =
      chance.oneIn(3) ? spoilt.replacing(#""id":"#, with: #""number":"#) : spoilt
    return records
  }

  /// The records with one of them spoilt, or with one that stands there twice.
  static func spoil(_ records: [String], _ chance: Chance) -> [String] {
    var records = records
    if !records.isEmpty, chance.oneIn(3) {
      records.append(chance.pick(records))
    } else {
      records.insert(chance.pick(Self.records), at: chance.below(records.count + 1))
    }
    return records
  }
}
