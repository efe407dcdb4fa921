package import Chat
internal import CommandSupport
internal import Foundation
internal import Gemma
internal import JSON

/// The messages that a program sends, each on a line.
package enum MessageLines {
    /// What a line says.
    package enum Line: Hashable {
        /// To be answered.
        case question(String)
        /// Another message of the conversation, such as a system prompt or an earlier turn.
        case message(Message)
        case mistake(String)
    }

    /// - Parameter line: a message in OpenAI's form, a JSON string, or else the text of a user's message. Nil for a
    ///   line of white space.
    package static func read(_ line: String) -> Line? {
        guard let first = line.first(where: { !$0.isWhitespace }) else { return nil }
        switch first {
        case "{":
            let message: Message
            do {
                message = try JSONDecoder().decode(Message.self, from: Data(line.utf8))
            } catch {
                let reason = (error as? DecodingError)?.reason ?? "\(error)"
                return .mistake("not a message in OpenAI's form: \(reason): \(line.prefix(100))")
            }
            if message.role == .user, let text = message.content?.text { return .question(text) }
            return .message(message)
        case "\"":
            guard let text = (try? JSONValue(json: line))?.stringValue else { return .question(line) }
            return .question(text)
        default: return .question(line)
        }
    }
}

/// A conversation with a program: reads messages, one on a line, and writes events.
package struct MachineConversation {
    private let answers: AnswerRun
    private let settings: AnswerSettings

    package init(answers: AnswerRun, settings: AnswerSettings) { (self.answers, self.settings) = (answers, settings) }

    /// Goes on until the input ends.
    /// - Parameters:
    ///   - first: a message that comes before those of the input.
    ///   - lines: the input.
    /// - Throws: what writing to standard output throws, and `CancellationError` after Ctrl-C. Other errors are events.
    package func run<Lines: AsyncSequence>(first: String?, lines: Lines) async throws where Lines.Element == String {
        if let first { try await answer(first) }
        for try await line in lines {
            switch MessageLines.read(line) {
            case nil: break
            case .question(let text): try await answer(text)
            case .message(let message): try add(message)
            case .mistake(let text): try write(error: text)
            }
        }
    }

    private func add(_ message: Message) throws {
        let transcript = answers.engine.transcript
        let isSystem = message.role.isSystem
        do {
            try answers.engine.setTranscript(
                isSystem ? transcript.settingSystem(message.content?.text) : transcript + [message])
        } catch {
            try write(error: explanation(of: error))
        }
    }

    private func answer(_ text: String) async throws {
        let before = answers.engine.transcript
        do {
            guard try await answers.run(to: text, settings: settings, showsThoughts: true) else {
                throw CancellationError()
            }
        } catch let error as OutputError {
            throw error
        } catch let error as CancellationError {
            throw error
        } catch {
            try write(error: explanation(of: error))
            if answers.engine.transcript.last?.role == .user { try answers.engine.setTranscript(before) }
        }
    }

    private func write(error: String) throws {
        let event: JSONObject = ["type": "error", "message": .string(error)]
        try answers.streams.write(event.json + "\n")
    }
}
