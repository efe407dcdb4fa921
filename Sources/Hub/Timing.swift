/// How long the hub is waited for.
package struct Timing: Sendable {
    /// Until there is a connection.
    package var connection = Duration.seconds(15)
    /// Until an answer begins, and from one piece of it to the next.
    package var silence = Duration.seconds(30)
    /// How often a request is made at most until something arrives.
    package var attempts = 4
    /// The pause before the second attempt; it doubles each time.
    package var firstPause = Duration.seconds(1)

    package init() {}

    /// - Parameter attempt: the one that has failed, from 1.
    func pause(after attempt: Int) -> Duration { firstPause * (1 << min(attempt - 1, 6)) }
}
