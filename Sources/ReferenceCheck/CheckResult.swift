internal import Foundation

/// The outcome of one comparison with a reference.
package protocol CheckResult: Encodable, Sendable {
    var passed: Bool { get }
    /// The result for a person, on one line.
    var line: String { get }
}

/// Why a comparison could not be made.
package enum CheckError: Error, Equatable, Sendable, CustomStringConvertible {
    case cannotRead(path: String, reason: String)
    case wrongSize(path: String, expected: Int, found: Int)
    case invalidReference(path: String, reason: String)

    package var description: String {
        switch self {
        case .cannotRead(let path, let reason): "cannot read \(path): \(reason)"
        case .wrongSize(let path, let expected, let found): "\(path) has \(found) bytes; expected \(expected)"
        case .invalidReference(let path, let reason): "\(path): \(reason)"
        }
    }
}

/// Normalised mean square error: sum((a - b)²) / sum(b²); infinite if any value is NaN or infinite.
func normalizedError(_ found: some Collection<Float>, _ expected: some Collection<Float>) -> Double {
    var difference = 0.0
    var reference = 0.0
    for (a, b) in zip(found, expected) {
        difference += Double(a - b) * Double(a - b)
        reference += Double(b) * Double(b)
    }
    guard found.count == expected.count, difference.isFinite else { return .infinity }
    return reference == 0 ? difference : difference / reference
}

func mark(_ passed: Bool) -> String { passed ? "exact" : "DIFFERS" }

func short(_ value: Double) -> String { String(format: "%.1e", value) }

func read(_ url: URL) throws(CheckError) -> Data {
    do {
        return try Data(contentsOf: url)
    } catch {
        throw .cannotRead(path: url.path, reason: "no such file, or no permission to read it")
    }
}

func decodeJSON<T: Decodable>(_ type: T.Type, at url: URL) throws(CheckError) -> T {
    try decodeJSON(type, read(url), path: url.path)
}

/// - Parameter path: the name of the text in error messages.
func decodeJSON<T: Decodable>(_ type: T.Type, _ text: Data, path: String) throws(CheckError) -> T {
    do {
        return try JSONDecoder().decode(type, from: text)
    } catch {
        throw .invalidReference(path: path, reason: "\(error)")
    }
}
