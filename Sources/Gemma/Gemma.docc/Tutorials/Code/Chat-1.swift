import Foundation
import Gemma

let file = URL(fileURLWithPath: CommandLine.arguments[1])
let model = try GemmaModel(contentsOf: file)
