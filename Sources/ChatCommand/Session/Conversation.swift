package import Chat
internal import CommandSupport
internal import Foundation

/// A conversation with a person at a terminal: reads entries, answers messages, carries out commands.
package struct Conversation {
    let answers: AnswerRun
    let source: any EntrySource
    let tools: [ToolDescription]
    var settings: AnswerSettings
    var showsThoughts: Bool
    var autosave: Autosave?
    /// Texts of files that go with the next message.
    var attachments: [String] = []
    /// Whether the last answer's thoughts were hidden.
    var hidLastThoughts = false

    var engine: any ChatEngine { answers.engine }
    var streams: ChatStreams { answers.streams }

    package init(
        answers: AnswerRun, source: any EntrySource, tools: [ToolDescription], settings: AnswerSettings,
        showsThoughts: Bool, autosave: Autosave?
    ) {
        (self.answers, self.source, self.tools) = (answers, source, tools)
        (self.settings, self.showsThoughts, self.autosave) = (settings, showsThoughts, autosave)
    }

    /// Answers a message. If nothing is written, because of an error or Ctrl-C, the conversation is as it was: a
    /// message without an answer would be followed by another message.
    /// - Parameters:
    ///   - text: nil if the transcript ends with the message.
    ///   - start: how much of the transcript the answer goes on from; nil for all. The rest is replaced.
    mutating func answer(to text: String?, after start: Int? = nil) async throws {
        let before = engine.transcript
        if let start { try engine.setTranscript(Transcript(before[..<start])) }
        let question = engine.transcript + (text.map { [.user(.text($0))] } ?? [])
        // What was asked is on disk before anything can fail.
        save(question)
        var isWhole = true
        do {
            isWhole = try await answers.run(to: text, settings: settings, showsThoughts: showsThoughts)
        } catch let error as OutputError {
            throw error
        } catch {
            show(error)
        }
        let isAnswered = engine.transcript.count > question.count
        if !isAnswered { keep { try engine.setTranscript(before) } }
        if !isWhole {
            streams.remark(isAnswered ? "[stopped]" : "[stopped before the answer began: nothing has changed]")
        }
        hidLastThoughts = !showsThoughts
        save(engine.transcript)
    }

    // MARK: - What happens beside

    func show(_ error: any Error) {
        streams.progress(nil)
        streams.note("error: \(errorLine(explanation(of: error)))\n")
    }

    /// Does what the conversation can do without; an error is shown.
    func keep(_ work: () throws -> Void) {
        do { try work() } catch { show(error) }
    }

    mutating func save(_ transcript: Transcript) {
        do {
            try autosave?.update(transcript)
        } catch {
            autosave = nil
            streams.remark("the conversation is not being saved: \(errorLine("\(error)"))")
        }
    }
}
