internal import Foundation

/// What can be completed at the prompt: commands, their arguments, and paths.
package enum CommandCompletion {
    /// - Parameter line: up to the cursor.
    /// - Returns: what it may become, sorted.
    package static func completions(of line: String) -> [String] {
        guard line.hasPrefix("/"), !line.contains("\n") else { return [] }
        let word = line.prefix { $0 != " " }
        guard word.count < line.count else {
            return CommandName.allNames.map { "/\($0)" }.filter { $0.hasPrefix(line) }
                .map { CommandName(String($0.dropFirst()))?.takesArgument == true ? $0 + " " : $0 }
        }
        let spaces = line.dropFirst(word.count).prefix { $0 == " " }
        let argument = String(line.dropFirst(word.count + spaces.count))
        let arguments: [String] =
            switch CommandName(String(word.dropFirst())) {
            case .save, .load, .read: PathCompletion.completions(of: argument)
            case .think: Command.Thinking.allCases.map(\.rawValue).filter { $0.hasPrefix(argument) }
            case .set: SamplingSetting.all.map(\.name).filter { $0.hasPrefix(argument) }.map { $0 + " " }
            default: []
            }
        return arguments.map { word + spaces + $0 }
    }
}

extension CommandName {
    fileprivate var takesArgument: Bool { help.usage.contains(" ") }
}

/// Paths that begin with a text.
enum PathCompletion {
    /// More are not listed.
    private static let limit = 1000

    /// - Returns: folders with `/` at their end. Hidden files only where a dot asks for them.
    static func completions(of text: String) -> [String] {
        let folder = text.lastIndex(of: "/").map { String(text[...$0]) } ?? ""
        let name = text.dropFirst(folder.count)
        let place = folder.isEmpty ? "." : folder.expandingTilde
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: place) else { return [] }
        return names.filter { $0.hasPrefix(name) && ($0.hasPrefix(".") == name.hasPrefix(".")) && !$0.contains("\n") }
            .sorted().prefix(limit)
            .map { name in
                var isFolder = ObjCBool(false)
                let path = NSString(string: place).appendingPathComponent(name)
                _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
                return folder + name + (isFolder.boolValue ? "/" : "")
            }
    }
}
