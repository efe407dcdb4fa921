import Foundation

/// Files in which Linux describes the machine and the process (proc(5)).
enum ProcFile {
    static func text(_ path: String) -> String? { try? String(contentsOfFile: path, encoding: .utf8) }

    /// Bytes by name, from lines such as `MemTotal:       16384 kB`. Other lines are ignored.
    static func bytes(in lines: String) -> [Substring: Int] {
        var bytes: [Substring: Int] = [:]
        for line in lines.split(separator: "\n") {
            let words = line.split { $0 == ":" || $0 == " " || $0 == "\t" }
            guard words.count == 3, words[2] == "kB", let count = Int(words[1]) else { continue }
            bytes[words[0]] = count.multipliedReportingOverflow(by: 1024).overflow ? .max : count * 1024
        }
        return bytes
    }
}
