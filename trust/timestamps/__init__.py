"""Time stamps: what existed at a moment, as an authority of time says."""

from trust.timestamps.judging import TimeStamp, judge_time_stamp
from trust.timestamps.query import read_response, write_query

__all__ = ["TimeStamp", "judge_time_stamp", "read_response", "write_query"]
