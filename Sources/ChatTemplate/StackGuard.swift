import Foundation

/// How much of the stack is used since some point, so that recursion ends before the stack does.
///
/// Threads of Apple's systems have 512 KB. Counting levels instead would need a limit for the largest frames.
struct StackGuard {
    /// Values are printed, compared and freed on top of this.
    #if DEBUG
        static let ofAnyThread = 400 << 10
    #else
        static let ofAnyThread = 256 << 10
    #endif

    private let start = StackGuard.position()
    private let limit: Int

    init(limit: Int = StackGuard.ofAnyThread) { self.limit = limit }

    /// The address of a variable of the function that is called last. The stack grows downwards.
    @inline(never)
    private static func position() -> Int {
        var mark: UInt8 = 0
        return withUnsafeMutablePointer(to: &mark) { Int(bitPattern: $0) }
    }

    var isSufficient: Bool { start - StackGuard.position() < limit }
}

/// A thread with a large stack, for the few templates and values that are nested deeply.
enum DeepStack {
    /// What may be used of it.
    static let limit = 24 << 20
    private static let byteCount = 32 << 20

    /// Runs `body` on a thread of its own, and waits for it.
    static func run<Value>(_ body: () throws(TemplateError) -> Value) throws(TemplateError) -> Value {
        try withoutActuallyEscaping(body) { (body) throws(TemplateError) -> Value in
            let call = Call(body)
            let thread = Thread { call.run() }
            thread.stackSize = byteCount
            thread.start()
            return try call.wait()
        }
    }

    /// One thread waits while the other one runs, so nothing is shared at any time.
    private final class Call<Value>: @unchecked Sendable {
        private var body: (() throws(TemplateError) -> Value)?
        private var result: Result<Value, TemplateError>?
        private let isDone = DispatchSemaphore(value: 0)

        init(_ body: @escaping () throws(TemplateError) -> Value) { self.body = body }

        func run() {
            runBody()
            isDone.signal()
        }

        /// Lets go of the body before the waiting thread goes on, since it may not outlive `DeepStack.run`.
        @inline(never)
        private func runBody() {
            guard let body else { return }
            self.body = nil
            do throws(TemplateError) {
                result = .success(try body())
            } catch {
                result = .failure(error)
            }
        }

        func wait() throws(TemplateError) -> Value {
            isDone.wait()
            guard let result else { preconditionFailure("the thread ended without a result") }
            return try result.get()
        }
    }
}
