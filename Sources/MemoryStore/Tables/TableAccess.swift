/// The access of a loan that only allows reading.
package enum ReadOnly {}
/// The access of a loan that allows reading and writing.
package enum ReadWrite {}
