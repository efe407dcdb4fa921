import NIOCore
import NIOHTTP1
import NIOPosix
import Synchronization

/// An HTTP server on a port of this machine. It answers as a closure says and remembers what it was asked.
final class LocalServer: Sendable {
    struct Request: Sendable {
        let path: String
        let headers: HTTPHeaders
    }

    struct Answer: Sendable {
        var status = HTTPResponseStatus.ok
        var headers: [(String, String)] = []
        var body: [UInt8] = []
        /// Closes the connection after this many bytes of the body.
        var cut: Int?
        /// Leaves the connection open after the cut, without another byte.
        var isSilent = false
    }

    private let channel: any Channel
    private let record: Recorder

    init(_ answer: @escaping @Sendable (Request) -> Answer) async throws {
        let record = Recorder()
        channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    try channel.pipeline.syncOperations.addHandler(Handler(answer: answer, record: record))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        self.record = record
    }

    deinit { channel.close(promise: nil) }

    var address: String { "http://127.0.0.1:\(channel.localAddress?.port ?? 0)" }

    /// In their order.
    var requests: [Request] { record.requests.withLock(\.self) }

    private final class Recorder: Sendable {
        let requests = Mutex<[Request]>([])
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        let answer: @Sendable (Request) -> Answer
        let record: Recorder
        private var request: Request?

        init(answer: @escaping @Sendable (Request) -> Answer, record: Recorder) {
            (self.answer, self.record) = (answer, record)
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head): request = Request(path: head.uri, headers: head.headers)
            case .body: break
            case .end:
                guard let request else { return }
                record.requests.withLock { $0.append(request) }
                send(answer(request), context)
            }
        }

        private func send(_ answer: Answer, _ context: ChannelHandlerContext) {
            var headers = HTTPHeaders(answer.headers)
            headers.add(name: "Content-Length", value: "\(answer.body.count)")
            let head = HTTPResponseHead(version: .http1_1, status: answer.status, headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
            let body = ByteBuffer(bytes: answer.body.prefix(answer.cut ?? answer.body.count))
            guard answer.cut == nil else {
                let channel = context.channel
                let written = context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(body))))
                if !answer.isSilent { written.whenComplete { _ in channel.close(promise: nil) } }
                return
            }
            context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
            context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
