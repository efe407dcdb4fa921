import Foundation
import Gemma

/// Continues a text: `swift run -c release HelloGemma MODEL.gguf "Once upon a time"`.
@main
enum HelloGemma {
    static func main() async {
        guard CommandLine.arguments.count == 3 else { return print("usage: HelloGemma MODEL.gguf PROMPT") }
        do {
            let model = try GemmaModel(contentsOf: URL(fileURLWithPath: CommandLine.arguments[1]))
            let session = try model.makeSession()
            for try await piece in session.streamResponse(to: CommandLine.arguments[2]) {
                // `print` would keep the pieces until a line is complete.
                FileHandle.standardOutput.write(Data(piece.utf8))
            }
            print("\n\n\(session.statistics)")
        } catch {
            // An error thrown by `main` would end the program with a stack dump.
            FileHandle.standardError.write(Data("error: \(error)\n".utf8))
            exit(1)
        }
    }
}
