import Gemma4

/// Somebody who asks for a step of a generation.
protocol StepClient: AnyObject, Sendable {
    var slot: GenerationSlot { get }
    /// Of two generations that wait for a part of their prompts to be read, the one with the lower number comes first.
    var order: Int { get }
    /// Whether the step is not wanted any more.
    var isCancelled: Bool { get }
    /// Whether the next step is likely to be asked for as soon as this one is finished, from another thread.
    var asksAgain: Bool { get }

    /// Throws if the generation is not the one whose step was asked for.
    func check() throws
    /// Called when the step has been taken, with the generation still in the caller's hands; it is put back before
    /// `deliver`. The result is nil if the generation had ended.
    func record(_ result: Result<StepResult?, any Error>, _ generation: Generation) -> Result<StepResult?, any Error>
    /// Called with the final result.
    func deliver(_ result: Result<StepResult?, any Error>)
}

/// Somebody who limits the memory of generations.
protocol MemoryKeeper: AnyObject, Sendable {
    /// Whose pages it limits.
    var pool: CachePool { get }
    /// Sees to it, if it can without disturbing anybody, that so many bytes more can be taken.
    func hasRoom(for bytes: Int) -> Bool
    /// Who has to give up memory first; nil if nobody has to.
    var victim: (any StepClient)? { get }
    /// Takes its memory. Its step, if it has asked for one, is not taken.
    func preempt(_ victim: any StepClient)
}
