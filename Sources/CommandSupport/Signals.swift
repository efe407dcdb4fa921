import Dispatch
import Foundation
internal import Platform
import Synchronization

/// How executables handle signals. Libraries leave signals alone.
///
/// Handlers only do what signal-safety(7) allows: read prepared data, write, unlink, and end the process.
enum Signals {
    /// The previous action of SIGBUS, for faults outside our mapped files.
    private nonisolated(unsafe) static var formerBusAction = sigaction()  // written before the handler is installed
    private static let hasFailed = Atomic(false)

    static func install() {
        WatchedFiles.mapped.begin()
        WatchedFiles.unfinished.begin()
        TerminalLine.prepare()
        _ = hasFailed.load(ordering: .relaxed)
        // These become errors of `write` instead of ending the process. They are handled and not ignored, since child
        // processes inherit ignored signals.
        for number in [SIGPIPE, SIGXFSZ] { handle(number) { _ in } }
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { removeUnfinishedFiles(at: number) }
        handleBus()
    }

    /// Removes unfinished files and the line of progress when `number` ends the process.
    /// A signal that is ignored, as SIGHUP is under nohup(1), stays ignored.
    static func removeUnfinishedFiles(at number: Int32) {
        guard !isIgnored(number) else { return }
        handle(number) { number in
            WatchedFiles.unfinished.unlinkAll()
            TerminalLine.end()
            signal(number, SIG_DFL)
            raise(number)  // delivered when this handler returns
        }
    }

    /// The Ctrl-C handler writes a byte to its second end. Made once and never closed, since a handler may be about to
    /// write.
    private static let interruptPipe = Mutex<(read: Int32, write: Int32)?>(nil)
    /// The second end, for the handler.
    private static let interruptEnd = Atomic<Int32>(-1)

    /// Calls `body` at the first Ctrl-C from now on; the second one ends the process. A Dispatch signal source would
    /// not do: it starts asynchronously and misses signals until then.
    /// - Throws: `SystemError`.
    static func notifyOfInterrupt(_ body: @escaping @Sendable () -> Void) throws -> any DispatchSourceRead {
        let end = try emptyPipe()
        let source = DispatchSource.makeReadSource(fileDescriptor: end, queue: .global())
        source.setEventHandler {
            source.cancel()
            body()
        }
        source.resume()
        guard !isIgnored(SIGINT) else { return source }
        handle(SIGINT) { number in
            let error = errno  // of the interrupted code
            Signals.removeUnfinishedFiles(at: number)
            put("!", to: Signals.interruptEnd.load(ordering: .acquiring))
            errno = error
        }
        return source
    }

    /// - Returns: the end of the pipe that is read, without what former interrupts left there.
    private static func emptyPipe() throws -> Int32 {
        try interruptPipe.withLock { made in
            if let made {
                var bytes: [UInt8] = Array(repeating: 0, count: 64)
                while read(made.read, &bytes, bytes.count) > 0 {}
                return made.read
            }
            var ends: [Int32] = [-1, -1]
            guard pipe(&ends) == 0 else { throw SystemError() }
            for end in ends {
                _ = fcntl(end, F_SETFL, O_NONBLOCK)
                _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            }
            made = (ends[0], ends[1])
            interruptEnd.store(ends[1], ordering: .releasing)
            return ends[0]
        }
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

    /// Reading a mapped page that its file no longer has, or that the disk fails to read, raises SIGBUS.
    private static func handleBus() {
        var action = sigaction()
        action.setHandler { number, info, _ in
            let path = info.flatMap { WatchedFiles.mapped.path(at: $0.pointee.address) }
            guard let path else {
                // Not one of our files. A fault occurs again when this returns; a signal that was sent must be raised
                // again.
                sigaction(number, &Signals.formerBusAction, nil)
                if let info, info.pointee.si_code <= 0 { raise(number) }
                return
            }
            // Other threads may read the same file. Only one reports the error, and none can continue.
            while Signals.hasFailed.exchange(true, ordering: .relaxed) { pause() }
            WatchedFiles.unfinished.unlinkAll()
            TerminalLine.end()
            put("error: ")
            write(STDERR_FILENO, path, strlen(path))
            put(" shrank or can no longer be read; do not change it while it is in use\n")
            _exit(1)
        }
        action.sa_flags = Int32(SA_SIGINFO)
        sigaction(SIGBUS, &action, &formerBusAction)
    }
}

// MARK: - Names that differ between systems

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
