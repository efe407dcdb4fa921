/// Repetition, presence and frequency penalties for the tokens at the end of the text.
///
/// A token that occurs there n times gets, after its logit was divided by the repetition penalty (multiplied by it if
/// negative), `presence + n * frequency` less.
struct Penalties: SamplingStep {
    private let repetition: Float
    private let presence: Float
    private let frequency: Float
    private let window: Int
    private var recent: [Int32] = []
    private var counts = TokenMap<Int32>()

    /// - Returns: nil if they change nothing.
    init?(_ options: SamplingOptions) {
        let changesNothing =
            options.repeatPenalty == 1 && options.presencePenalty == 0 && options.frequencyPenalty == 0
        if changesNothing || options.repeatLastN == 0 { return nil }
        repetition = options.repeatPenalty
        presence = options.presencePenalty
        frequency = options.frequencyPenalty
        window = options.repeatLastN
    }

    var keepsLargest: Bool { false }

    mutating func apply(to candidates: inout Candidates, at place: Place) {
        place.history.copyLast(window, into: &recent)
        counts.removeAll()
        for token in recent { counts[token] += 1 }
        candidates.update(counts) { logit, count in
            (logit > 0 ? logit / repetition : logit * repetition) - (presence + Float(count) * frequency)
        }
    }
}
