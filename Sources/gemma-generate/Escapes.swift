extension String {
    /// With `\n`, `\t` and the like as in C.
    var unescaped: String {
        let meanings: [Character: Character] = ["n": "\n", "r": "\r", "t": "\t", "\\": "\\", "\"": "\"", "'": "'"]
        var result = ""
        var rest = Substring(self)
        while let character = rest.popFirst() {
            if character == "\\", let next = rest.first, let meaning = meanings[next] {
                result.append(meaning)
                rest.removeFirst()
            } else {
                result.append(character)
            }
        }
        return result
    }
}
