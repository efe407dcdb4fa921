/// What a line that begins with `/` asks for.
package enum Command: Hashable, Sendable {
    case help
    case clear
    /// Nil shows the system prompt; an empty text removes it.
    case system(String?)
    case think(Thinking?)
    /// Nil shows what can be set and to what it is. A nil value shows one setting.
    case set(name: String, value: String?)
    case settings
    case tools
    case regenerate
    case undo
    case edit
    case save(String?)
    case load(String?)
    case read(String)
    case statistics
    case exit

    package enum Thinking: String, Hashable, Sendable, CaseIterable {
        case on, off, auto, show, hide
    }
}

/// What the user entered.
package enum Entry: Hashable, Sendable {
    case message(String)
    case command(Command)
    /// It looks like a command; the text says what is wrong with it.
    case mistake(String)

    /// - Parameter text: a line or several. `//` at its beginning stands for a message that begins with `/`, and so
    ///   does a space.
    package init(_ text: String) {
        guard text.hasPrefix("/") else {
            self = .message(text)
            return
        }
        if text.hasPrefix("//") {
            self = .message(String(text.dropFirst()))
            return
        }
        let word = text.prefix { !$0.isWhitespace }
        let rest = text.dropFirst(word.count).trimmed
        // A path rather than a command.
        if word.dropFirst().contains("/") {
            self = .message(text)
        } else if let name = CommandName(String(word.dropFirst())) {
            self = name.entry(rest)
        } else {
            self = .mistake("there is no command \(word); /help lists them, and // begins a message with /")
        }
    }
}

/// The commands by their names.
enum CommandName: String, CaseIterable {
    case help, clear, system, think, set, tools, regen, undo, edit, save, load, read, stats, exit

    private static let aliases: [String: CommandName] = ["?": .help, "new": .clear, "bye": .exit, "quit": .exit]

    init?(_ name: String) {
        guard let found = CommandName(rawValue: name.lowercased()) ?? Self.aliases[name.lowercased()] else {
            return nil
        }
        self = found
    }

    static var allNames: [String] { (allCases.map(\.rawValue) + aliases.keys.filter { $0 != "?" }).sorted() }

    fileprivate func entry(_ rest: String) -> Entry {
        let argument = rest.isEmpty ? nil : rest
        switch self {
        case .help: return .command(.help)
        case .clear: return .command(.clear)
        case .system: return .command(.system(rest == "-" ? "" : argument))
        case .think:
            guard let argument else { return .command(.think(nil)) }
            guard let choice = Command.Thinking(rawValue: argument.lowercased()) else {
                return .mistake("/think takes on, off, auto, show or hide, not \(argument)")
            }
            return .command(.think(choice))
        case .set:
            guard let argument else { return .command(.settings) }
            let name = argument.prefix { !$0.isWhitespace && $0 != "=" }
            let value = argument.dropFirst(name.count).drop { $0.isWhitespace || $0 == "=" }
            return .command(.set(name: String(name), value: value.isEmpty ? nil : String(value)))
        case .tools: return .command(.tools)
        case .regen: return .command(.regenerate)
        case .undo: return .command(.undo)
        case .edit: return .command(.edit)
        case .save: return .command(.save(argument))
        case .load: return .command(.load(argument))
        case .read:
            return argument.map { .command(.read($0)) } ?? .mistake("/read needs the name of a file")
        case .stats: return .command(.statistics)
        case .exit: return .command(.exit)
        }
    }

    /// What `/help` says of it.
    var help: (usage: String, text: String) {
        switch self {
        case .help: ("/help", "this list; also /?")
        case .clear: ("/clear", "start over; the system prompt stays. Also /new")
        case .system: ("/system [TEXT]", "show the system prompt, or replace it; - removes it")
        case .think: ("/think [on|off|auto]", "whether the model thinks; show and hide are about what you see of it")
        case .set: ("/set [NAME [VALUE]]", "show or change how answers are made: temp, top-k, seed, ...")
        case .tools: ("/tools", "the tools that the model may call")
        case .regen: ("/regen", "answer the last message again")
        case .undo: ("/undo", "take back the last message and its answer")
        case .edit: ("/edit", "change the last message, here or in $EDITOR, and answer it again")
        case .save: ("/save FILE", "write the conversation to a file, in OpenAI's JSON form")
        case .load: ("/load [FILE]", "go on with a saved conversation; without a name, with the last one")
        case .read: ("/read FILE", "put a file's text into the next message")
        case .stats: ("/stats", "figures of the last answer")
        case .exit: ("/exit", "end the program; also /bye, /quit and Ctrl-D")
        }
    }
}

extension StringProtocol {
    /// Without white space at its ends.
    var trimmed: String {
        let start = drop(while: \.isWhitespace)
        return String(start.reversed().drop(while: \.isWhitespace).reversed())
    }
}
