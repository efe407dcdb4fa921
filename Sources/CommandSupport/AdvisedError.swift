/// An error for which a user of the command line can do something: which flag, and how.
///
/// Libraries state facts in their errors and know no flags. The programs add these to the line.
package protocol AdvisedError: Error {
    /// What to do, in the imperative: `use a shorter context (-c)`. Nil where the facts say all.
    var advice: String? { get }
}

/// What an error says, and what to do about it.
package func explanation(of error: any Error) -> String {
    guard let advice = advice(for: error) else { return "\(error)" }
    return "\(error); \(advice)"
}

/// What a user can do about an error, if it is known.
package func advice(for error: any Error) -> String? { (error as? any AdvisedError)?.advice }
