'use strict';

/** Small but well-formed files for the binary endpoints. */

/** A capture file with its global header and no packets. */
function pcapFile() {
	const header = Buffer.alloc(24);
	header.writeUInt32LE(0xa1b2c3d4, 0);
	header.writeUInt16LE(2, 4);
	header.writeUInt16LE(4, 6);
	header.writeUInt32LE(65535, 16);
	header.writeUInt32LE(1, 20);
	return header;
}

/** A tenth of a second of silence, 8 kHz, 16 bit. */
function wavFile() {
	const samples = Buffer.alloc(1600);
	const header = Buffer.alloc(44);
	header.write('RIFF', 0);
	header.writeUInt32LE(36 + samples.length, 4);
	header.write('WAVEfmt ', 8);
	header.writeUInt32LE(16, 16);
	header.writeUInt16LE(1, 20);
	header.writeUInt16LE(1, 22);
	header.writeUInt32LE(8000, 24);
	header.writeUInt32LE(16000, 28);
	header.writeUInt16LE(2, 32);
	header.writeUInt16LE(16, 34);
	header.write('data', 36);
	header.writeUInt32LE(samples.length, 40);
	return Buffer.concat([header, samples]);
}

/** Four empty MPEG-1 layer III frames, 128 kbit/s, 44.1 kHz. */
function mp3File() {
	const frame = Buffer.alloc(417);
	frame.writeUInt32BE(0xfffb9064, 0);
	return Buffer.concat([frame, frame, frame, frame]);
}

const audioFile = (format) => (format === 'wav' ? wavFile() : mp3File());

module.exports = { pcapFile, audioFile };
