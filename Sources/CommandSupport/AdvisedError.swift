/// An error that a user of the command line can do something about.
///
/// Errors of libraries state facts and never mention flags. Programs add what to do about them.
package protocol AdvisedError: Error {
    /// What to do, such as "use a shorter context (-c)"; nil if the facts are enough.
    var advice: String? { get }
    /// The same for programs that lack an option that `advice` mentions; nil if nothing is left to say.
    var otherAdvice: String? { get }
}

extension AdvisedError {
    package var otherAdvice: String? { nil }
}

/// The description of an error, followed by advice if there is any.
package func explanation(of error: any Error) -> String {
    guard let advice = advice(for: error) else { return "\(error)" }
    return "\(error); \(advice)"
}

/// What a user can do about an error; nil if nothing is known.
/// - Parameter program: its options are the only ones that the advice mentions. Nil for any.
package func advice(for error: any Error, in program: ProgramOptions? = ProgramOptions.current) -> String? {
    guard let error = error as? any AdvisedError else { return nil }
    return [error.advice, error.otherAdvice].compactMap { $0 }.first { program?.hasOptions(in: $0) ?? true }
}
