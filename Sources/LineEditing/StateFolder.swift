package import Foundation

/// Where programs keep what they want to find again: `$XDG_STATE_HOME/swift-gemma`, or the same in `~/.local/state`.
package enum StateFolder {
    /// Nil if there is no home folder.
    /// - Parameter environment: a relative `XDG_STATE_HOME` is ignored, as its specification wants.
    package static func url(environment: [String: String] = ProcessInfo.processInfo.environment) -> URL? {
        func folder(_ path: String?, _ rest: String) -> URL? {
            guard let path, path.hasPrefix("/") else { return nil }
            return URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(rest, isDirectory: true)
        }
        return folder(environment["XDG_STATE_HOME"], "swift-gemma")
            ?? folder(environment["HOME"], ".local/state/swift-gemma")
    }
}
