internal import ArgumentParser

/// Checks the value of `-c`.
/// - Throws: `ValidationError` if it is neither a length nor 0, which stands for the length the model was trained for.
package func validateContextLength(_ length: Int?) throws {
    let longest = Int(Int32.max)
    guard let length, !(0...longest).contains(length) else { return }
    throw ValidationError("-c is \(length); expected 1 to \(longest), or 0 for the length the model was trained for")
}
