import MemoryAPI
import MemoryModel

extension MemoryFields {
  /// A number that tells what a memory says from what it said at another time.
  ///
  /// It is the same for what a server makes of the fields: the category under its canonical name, and
  /// the importance in 32 bits. Whether a memory is sensitive is left out, because servers find that
  /// out for themselves.
  var fingerprint: Int64 {
    // FNV-1a: http://www.isthe.com/chongo/tech/comp/fnv/
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    func add(_ byte: UInt8) { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    for text in [content, Category.canonical(category), tags, expandedKeywords] {
      for byte in text.utf8 { add(byte) }
      // No byte of UTF-8, so that the end of one field is not the beginning of the next.
      add(0xff)
    }
    withUnsafeBytes(of: Float(importance).bitPattern.littleEndian) { $0.forEach(add) }
    return Int64(bitPattern: hash)
  }
}
