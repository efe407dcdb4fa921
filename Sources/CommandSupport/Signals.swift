import Dispatch
import Foundation
import Platform
import Synchronization

/// What signals do to an executable; libraries leave them alone.
///
/// Handlers do only what signal-safety(7) allows: they read what was prepared, write, unlink and end the process.
enum Signals {
    /// What SIGBUS did before, for those that are none of ours.
    private nonisolated(unsafe) static var formerBusAction = sigaction()  // written before the handler is there
    private static let hasFailed = Atomic(false)

    static func install() {
        WatchedFiles.mapped.begin()
        WatchedFiles.unfinished.begin()
        TerminalLine.prepare()
        _ = hasFailed.load(ordering: .relaxed)
        // Errors of `write`, not the end of the process. Handled rather than ignored: what is ignored, children inherit.
        for number in [SIGPIPE, SIGXFSZ] { handle(number) { _ in } }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { removeUnfinishedFiles(at: number) }
        handleBus()
    }

    /// Lets `number` end the process as it would anyway, and take half-written files and a line of progress with it.
    /// A signal that is ignored, as nohup(1) ignores SIGHUP, stays so.
    static func removeUnfinishedFiles(at number: Int32) {
        guard !isIgnored(number) else { return }
        handle(number) { number in
            WatchedFiles.unfinished.unlinkAll()
            TerminalLine.end()
            signal(number, SIG_DFL)
            raise(number)  // comes when this handler returns
        }
    }

    /// Where the handler of Ctrl-C writes a byte; never closed, for a handler may be about to write.
    private static let interruptPipe = Atomic<Int32>(-1)

    /// Calls `body` at the first Ctrl-C, from now on; the next one ends the process. The system's own source of signals
    /// would not do: it begins some time later, and misses what comes before.
    /// - Throws: `SystemError`.
    static func notifyOfInterrupt(_ body: @escaping @Sendable () -> Void) throws -> any DispatchSourceRead {
        var ends: [Int32] = [-1, -1]
        guard pipe(&ends) == 0 else { throw SystemError() }
        interruptPipe.store(ends[1], ordering: .releasing)
        let source = DispatchSource.makeReadSource(fileDescriptor: ends[0], queue: .global())
        source.setEventHandler {
            source.cancel()
            body()
        }
        source.resume()
        guard !isIgnored(SIGINT) else { return source }
        handle(SIGINT) { number in
            let error = errno  // of the call that the signal may have come in after
            Signals.removeUnfinishedFiles(at: number)
            put("!", to: Signals.interruptPipe.load(ordering: .acquiring))
            errno = error
        }
        return source
    }

    private static func isIgnored(_ number: Int32) -> Bool {
        var action = sigaction()
        return sigaction(number, nil, &action) == 0 && action.isIgnored
    }

    private static func handle(_ number: Int32, _ handler: @escaping @convention(c) (Int32) -> Void) {
        var action = sigaction()
        action.setHandler(handler)
        action.sa_flags = Int32(SA_RESTART)
        sigaction(number, &action, nil)
    }

    // MARK: - Files that shrink

    /// Reading a page of a map that its file no longer has, or that the disk does not give, is a SIGBUS.
    private static func handleBus() {
        var action = sigaction()
        action.setHandler { number, info, _ in
            let path = info.flatMap { WatchedFiles.mapped.path(at: $0.pointee.address) }
            guard let path else {
                // Somebody else's, or a bug: a fault comes again when this returns, but a signal that was sent does not.
                sigaction(number, &Signals.formerBusAction, nil)
                if let info, info.pointee.si_code <= 0 { raise(number) }
                return
            }
            // Other threads read the same file. Only one is to speak, and none can go on.
            while Signals.hasFailed.exchange(true, ordering: .relaxed) { pause() }
            WatchedFiles.unfinished.unlinkAll()
            TerminalLine.end()
            put("error: ")
            write(STDERR_FILENO, path, strlen(path))
            put(" shrank or cannot be read any more; leave it as it is while it is in use\n")
            _exit(1)
        }
        action.sa_flags = Int32(SA_SIGINFO)
        sigaction(SIGBUS, &action, &formerBusAction)
    }
}

// MARK: - The systems' own names

extension sigaction {
    fileprivate var isIgnored: Bool {
        #if canImport(Darwin)
            let handler = __sigaction_u.__sa_handler
        #else
            let handler = __sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }

    fileprivate mutating func setHandler(_ handler: @escaping @convention(c) (Int32) -> Void) {
        #if canImport(Darwin)
            __sigaction_u.__sa_handler = handler
        #else
            __sigaction_handler.sa_handler = handler
        #endif
    }

    fileprivate mutating func setHandler(
        _ handler: @escaping @convention(c) (Int32, UnsafeMutablePointer<siginfo_t>?, UnsafeMutableRawPointer?) -> Void
    ) {
        #if canImport(Darwin)
            __sigaction_u.__sa_sigaction = handler
        #else
            __sigaction_handler.sa_sigaction = handler
        #endif
    }
}

extension siginfo_t {
    /// Where a fault was.
    fileprivate var address: UnsafeRawPointer? {
        #if canImport(Darwin)
            UnsafeRawPointer(si_addr)
        #else
            UnsafeRawPointer(_sifields._sigfault.si_addr)
        #endif
    }
}
