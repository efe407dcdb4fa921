/// An error that a user of the command line can do something about.
///
/// Errors of libraries state facts and never mention flags. Programs add what to do about them.
package protocol AdvisedError: Error {
    /// What to do, such as "use a shorter context (-c)"; nil if the facts are enough.
    var advice: String? { get }
}

/// The description of an error, followed by advice if there is any.
package func explanation(of error: any Error) -> String {
    guard let advice = advice(for: error) else { return "\(error)" }
    return "\(error); \(advice)"
}

/// What a user can do about an error; nil if nothing is known.
package func advice(for error: any Error) -> String? { (error as? any AdvisedError)?.advice }
