import JSON

/// Writes the arguments of calls as JSON text, and tells of it.
struct CallWriter {
    struct Call {
        let id: String
        let name: String
        var arguments: [UInt8] = []
        /// How much of `arguments` an event has told.
        var toldCount = 0
    }

    private let firstIndex: Int
    private let makeID: @Sendable () -> String

    private(set) var calls: [Call] = []
    private var events: [ReplyEvent] = []
    /// While set, nothing is written: the value does not count.
    var isMuted = false

    init(firstIndex: Int, makeID: @escaping @Sendable () -> String) {
        (self.firstIndex, self.makeID) = (firstIndex, makeID)
    }

    mutating func beginCall(_ name: String) {
        tell()
        let call = Call(id: makeID(), name: name)
        events.append(.callBegan(index: firstIndex + calls.count, id: call.id, name: call.name))
        calls.append(call)
    }

    /// Writes JSON to the arguments of the last call.
    mutating func write(_ json: some Sequence<UInt8>) {
        if !isMuted { calls[calls.count - 1].arguments.append(contentsOf: json) }
    }

    mutating func write(_ json: Unicode.Scalar) { write(CollectionOfOne(UInt8(ascii: json))) }

    /// Writes a part of a JSON string.
    mutating func writeEscaped(_ text: some Sequence<UInt8>) {
        for byte in text where byte != .foreign {
            if byte < 0x20 || byte == "\"" || byte == "\\", let escape = jsonEscape(of: byte) {
                write(escape.utf8)
            } else {
                write(CollectionOfOne(byte))
            }
        }
    }

    mutating func writeString(_ text: some Sequence<UInt8>) {
        write("\"")
        writeEscaped(text)
        write("\"")
    }

    /// - Returns: the events since it was asked last.
    mutating func takeEvents() -> [ReplyEvent] {
        tell()
        defer { events = [] }
        return events
    }

    private mutating func tell() {
        guard let call = calls.last, call.toldCount < call.arguments.count else { return }
        let delta = String(decoding: call.arguments[call.toldCount...], as: UTF8.self)
        events.append(.arguments(index: firstIndex + calls.count - 1, delta))
        calls[calls.count - 1].toldCount = call.arguments.count
    }
}
