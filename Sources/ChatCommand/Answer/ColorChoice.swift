internal import ArgumentParser
internal import Foundation

/// Whether text is coloured: `--color`.
package enum ColorChoice: String, ExpressibleByArgument, CaseIterable, Sendable {
    case auto, always, never

    /// llama.cpp's words are taken too.
    package init?(argument: String) {
        switch argument.lowercased() {
        case "auto": self = .auto
        case "always", "on": self = .always
        case "never", "off": self = .never
        default: return nil
        }
    }

    /// - Parameter environment: `NO_COLOR` (no-color.org) counts unless colours are asked for.
    func applies(
        isTerminal: Bool, environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        switch self {
        case .always: true
        case .never: false
        case .auto: isTerminal && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
        }
    }
}
