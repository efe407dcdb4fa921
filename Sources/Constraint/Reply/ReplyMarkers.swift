package import Tokenizer

/// The tokens that divide a reply.
package struct ReplyMarkers: Sendable, Hashable {
    /// `<|channel>` and `<channel|>`.
    package var thoughtStart, thoughtEnd: TokenID
    /// `<|tool_call>` and `<tool_call|>`.
    package var callStart, callEnd: TokenID
    /// `<|"|>`, before and after the text of a string in a call.
    package var stringDelimiter: TokenID
    /// `<|turn>`, with which a reply is over; nil if nothing says so.
    package var turnStart: TokenID?

    package init(
        thoughtStart: TokenID, thoughtEnd: TokenID, callStart: TokenID, callEnd: TokenID, stringDelimiter: TokenID,
        turnStart: TokenID? = nil
    ) {
        (self.thoughtStart, self.thoughtEnd) = (thoughtStart, thoughtEnd)
        (self.callStart, self.callEnd) = (callStart, callEnd)
        self.stringDelimiter = stringDelimiter
        self.turnStart = turnStart
    }
}
