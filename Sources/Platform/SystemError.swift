import Foundation

/// An error number of the system, and its text.
///
/// Without an argument: the current `errno`.
package struct SystemError: Error, Equatable, Sendable, CustomStringConvertible {
    package let number: Int32

    package init(_ number: Int32 = errno) { self.number = number }

    package var description: String { String(cString: strerror(number)) }
}
